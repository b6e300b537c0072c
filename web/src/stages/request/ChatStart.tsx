/** An empty conversation: what one can do here, by example. A press asks nothing yet: it fills the field. */
import styles from "./Chat.module.css";

const EXAMPLES: { says: string; text: string }[] = [
  { says: "A figure", text: "What was our best month?" },
  { says: "What worked", text: "Which posts worked on LinkedIn?" },
  { says: "A comparison", text: "Compare our revenue in Q3 and Q2" },
  { says: "Work", text: "Write a LinkedIn post about our revenue growth" },
];

export function ChatStart({ take }: { take: (text: string) => void }) {
  return (
    <div className={styles.start}>
      <div className={styles.told}>
        <p className="say">Ask, or give it work.</p>
        <p className="quiet">
          Answers come from the company's own data, with the rows they rest on. Work becomes a task, and nothing is
          published before you approve its exact text.
        </p>
        <ul className={styles.examples}>
          {EXAMPLES.map((example) => (
            <li key={example.text}>
              <button type="button" onClick={() => take(example.text)}>
                <small>{example.says}</small>
                {example.text}
              </button>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
