"""Files that leave the application: what a page shows, as XLSX, CSV and PDF."""
