"""Spreadsheets in and out: the main job without a database or a server.

reading   CSV and XLSX as people have them -> Table (text cells, row numbers as the spreadsheet shows them)
columns   which column is which: headers, `--column key="Header"`, suggestions for a misspelt one
cells     text cells -> numbers, levels, yes or no; every refusal names row, column and value
levels    a table of applications and perhaps one of assessments -> the long frame that the ranking takes
ordering  the ranking drawn as an interview list, and the tables that go out
writing   CSV and XLSX that open correctly in Excel; a folder of results that is whole or not there
pages     HTML pages on their own; pdf makes a PDF of one
"""
