/** A place that an address can name after its #: it comes into view once it is there, however late its page was read. */
import { useLocation } from "@tanstack/react-router";
import { useEffect, useRef } from "react";

export function Place({ id }: { id: string }) {
  const here = useRef<HTMLSpanElement>(null);
  const named = useLocation({ select: (at) => at.hash === id });
  useEffect(() => {
    if (named) here.current?.scrollIntoView({ block: "start" });
  }, [named]);
  return <span id={id} ref={here} style={{ scrollMarginTop: 72 }} />;
}
