/** A scrolled box that keeps to its end while it is there, and says when something newer lies below. */
import { useEffect, useRef, useState } from "react";

const NEAR = 48; // px that still count as the end
const OWN_MS = 800; // what grows so soon after a press was unfolded by the reader

const below = (box: HTMLElement) => box.scrollHeight - box.scrollTop - box.clientHeight;

/** `talk` names what is shown: another one begins at its end. What a reader unfolds is nothing new and moves nothing. */
export function useFollow(talk: string) {
  const box = useRef<HTMLDivElement>(null);
  const inside = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const left = useRef(0);
  const top = useRef(0);
  const pressed = useRef(0);
  const [newer, setNewer] = useState(false);
  const toEnd = () => {
    atEnd.current = true;
    setNewer(false);
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: another conversation begins at its end
  useEffect(() => {
    const [outer, content] = [box.current, inside.current];
    if (!outer || !content) return;
    toEnd();
    const scrolled = () => {
      const up = outer.scrollTop < top.current;
      top.current = outer.scrollTop;
      left.current = below(outer);
      if (left.current < NEAR) {
        atEnd.current = true;
        setNewer(false);
      } else if (up) atEnd.current = false; // who scrolls up leaves the end; words that came meanwhile do not
    };
    const grown = new ResizeObserver(() => {
      if (Date.now() - pressed.current < OWN_MS) atEnd.current = below(outer) < NEAR;
      else if (atEnd.current) outer.scrollTop = outer.scrollHeight;
      else if (below(outer) > left.current + 1) setNewer(true);
      left.current = below(outer);
    });
    const press = () => {
      pressed.current = Date.now();
    };
    outer.addEventListener("scroll", scrolled, { passive: true });
    content.addEventListener("click", press, true);
    grown.observe(content);
    grown.observe(outer);
    return () => {
      outer.removeEventListener("scroll", scrolled);
      content.removeEventListener("click", press, true);
      grown.disconnect();
    };
  }, [talk]);
  /** Stay where one reads while `before` puts something above it: call the answer once it is drawn. */
  const hold = () => {
    const outer = box.current;
    const held = outer ? below(outer) : 0;
    return () => {
      if (outer) outer.scrollTop = outer.scrollHeight - outer.clientHeight - held;
    };
  };
  return { box, inside, newer, toEnd, hold };
}
