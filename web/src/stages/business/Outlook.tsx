/** What may come: a draft held against history before it is published, and which figures go together. */
import { Foretell } from "./Foretell";
import { Together } from "./Together";

export function Outlook() {
  return (
    <div className="stack">
      <Foretell />
      <Together />
    </div>
  );
}
