/** An act that is under way is not begun again: a second press, or a second click on a slow line, changes nothing. */
import { useRef, useState } from "react";

export function useOnce<Given extends unknown[]>(
  act: (...given: Given) => Promise<unknown>,
): [(...given: Given) => Promise<void>, boolean] {
  const going = useRef(false);
  const [busy, setBusy] = useState(false);
  const once = async (...given: Given) => {
    if (going.current) return;
    going.current = true;
    setBusy(true);
    try {
      await act(...given);
    } finally {
      going.current = false;
      setBusy(false);
    }
  };
  return [once, busy];
}
