/** Words to search for, told on when typing rests; it follows when the filters are changed from elsewhere. */
import { TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { type Ref, useEffect, useRef, useState } from "react";

type Props = { value: string; set: (text: string) => void; placeholder: string; ref?: Ref<HTMLInputElement> };

export function SearchField({ value, set, placeholder, ref }: Props) {
  const [text, setText] = useState(value);
  const told = useRef(value);
  const tell = useDebouncedCallback((typed: string) => {
    told.current = typed;
    set(typed);
  }, 250);
  useEffect(() => {
    if (value === told.current) return;
    told.current = value;
    setText(value);
  }, [value]);
  return (
    <TextInput
      ref={ref}
      aria-label="Search"
      placeholder={placeholder}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        tell(event.currentTarget.value);
      }}
    />
  );
}
