/** One cell of a CSV line (RFC 4180): quoted where its text needs it. */
export const csvCell = (cell: string): string => (/[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
