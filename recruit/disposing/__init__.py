"""What disposal takes, table by table, and the search that shows what is left afterwards."""
