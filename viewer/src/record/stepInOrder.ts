/** The row that is shown `by` places after another one; null past the ends. */
export function stepInOrder(
  order: Uint32Array | null,
  length: number,
  row: number,
  by: number,
): number | null {
  const place = (order ? order.indexOf(row) : row) + by
  if (place < 0 || place >= length) return null
  return order?.[place] ?? place
}
