export function Approval() {
  return null;
}
