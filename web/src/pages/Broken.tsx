/** What stands in the place of a page that could not be shown; the rest of the product stays usable. */
import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { Panel } from "../parts/Panel";
import { Trouble } from "../parts/Rest";

export function Broken({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const again = () => {
    reset();
    void router.invalidate();
  };
  return (
    <Panel label="This page could not be shown">
      <Trouble error={error} retry={again} />
    </Panel>
  );
}
