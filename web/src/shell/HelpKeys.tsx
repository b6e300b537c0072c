/** `?` shows every key; `g` and a letter go to a place. */
import { Modal } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { Key, useKeys } from "../parts/Key";
import { PLACES } from "./places";

const ASK = "cofounder:keys";
const TOGETHER_MS = 1200; // `g` and a letter within this are one wish
export const openHelp = () => window.dispatchEvent(new Event(ASK));

const KEYS: [string, string][] = [
  ["Ctrl K", "Go to, ask or run"],
  ["?", "These keys"],
  ["n", "New task"],
  ["↑ ↓", "Move in a list"],
  ["Enter", "Open"],
  ["Space", "Select"],
  ["Shift Space", "Select up to here"],
  ["/", "Search in this list"],
  ["Ctrl Enter", "Approve, or send"],
  ["c", "Ask for changes, at an approval"],
  ["r", "Reject, or retry a command"],
  ["s", "When to send it, at an approval"],
  ["1 to 9", "A channel of an approval; what needs you, at home"],
  ["p", "Pause or resume a task"],
  ["← →", "Month before or after, in the calendar"],
  ["i", "Import, in Business"],
  ["Ctrl S", "Save the settings"],
  ["Esc", "Stop an answer; close what is open"],
];

export function HelpKeys() {
  const [opened, { open, close }] = useDisclosure(false);
  const navigate = useNavigate();
  const going = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    window.addEventListener(ASK, open);
    return () => window.removeEventListener(ASK, open);
  }, [open]);
  useKeys([
    ["shift+?", open],
    ["?", open],
    [
      "g",
      (event) => {
        going.current = event.timeStamp; // when it was pressed: a busy page hears of it later
      },
    ],
    ...PLACES.map((place): [string, (event: KeyboardEvent) => void] => [
      place.key,
      (event) => {
        if (event.timeStamp - going.current < TOGETHER_MS) void navigate({ to: place.to });
        going.current = Number.NEGATIVE_INFINITY;
      },
    ]),
  ]);
  return (
    <Modal opened={opened} onClose={close} title="Keys">
      <table className="ledger">
        <tbody>
          {[...KEYS, ...PLACES.map((place): [string, string] => [`g ${place.key}`, place.name])].map(([key, does]) => (
            <tr key={key}>
              <td>
                <Key>{key}</Key>
              </td>
              <td>{does}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Modal>
  );
}
