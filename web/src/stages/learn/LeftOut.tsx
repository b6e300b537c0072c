/** Where only the newest runs or posts were read, of how many. */
export const LeftOut = ({ notes }: { notes: string[] }) =>
  notes.length > 0 ? <p className="quiet">{notes.join(" ")}</p> : null;
