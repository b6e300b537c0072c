import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { PageHead } from "../parts/PageHead";
import { Panel } from "../parts/Panel";
import { Empty } from "../parts/Rest";

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
