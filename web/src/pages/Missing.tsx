import { Link } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import { PageHead } from "../parts/PageHead";
import { Panel } from "../parts/Panel";
import { Empty } from "../parts/Rest";

/** In the place of one thing that the address names and that is not there. */
export function NoSuch({ what, back }: { what: string; back: ReactNode }) {
  useEffect(() => {
    document.title = `No such ${what} · Cofounder`;
  }, [what]);
  return (
    <>
      <PageHead title={`There is no such ${what}`} />
      <Panel label={`No such ${what}`}>
        <Empty title="Nothing with this id is here." action={back}>
          The address may be mistyped or cut off, or it was deleted.
        </Empty>
      </Panel>
    </>
  );
}

export function Missing() {
  useEffect(() => {
    document.title = "No such page · Cofounder";
  }, []);
  return (
    <>
      <PageHead title="No such page" />
      <Panel label="No such page">
        <Empty title="There is nothing at this address." action={<Link to="/">Go to Home</Link>}>
          It may be mistyped, or from another version.
        </Empty>
      </Panel>
    </>
  );
}
