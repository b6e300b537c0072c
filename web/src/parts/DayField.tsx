/** A day that is given on once it is whole: while its year is typed, 0002 is no year that anybody means. */
import { TextInput, type TextInputProps } from "@mantine/core";
import { type SyntheticEvent, useEffect, useRef, useState } from "react";

export const FIRST_DAY = "1970-01-01";
export const LAST_DAY = "9999-12-31";

/** Whether it is a day, of a year that is typed to its end. */
export const isWhole = (day: string): boolean => /^\d{4}-\d\d-\d\d$/.test(day) && day >= FIRST_DAY;

type Props = Omit<TextInputProps, "type" | "value" | "onChange" | "onBlur" | "onKeyDown"> & {
  value: string;
  set: (day: string) => void;
};

export function DayField({ value, set, min, max, error, ...rest }: Props) {
  const [typed, setTyped] = useState(value);
  const [unfinished, setUnfinished] = useState(false);
  const told = useRef(value);
  useEffect(() => {
    if (value === told.current) return;
    told.current = value;
    setTyped(value);
    setUnfinished(false);
  }, [value]);
  const tell = (day: string) => {
    setUnfinished(false);
    if (day === told.current) return;
    told.current = day;
    set(day);
  };
  const leave = ({ currentTarget: field }: SyntheticEvent<HTMLInputElement>) => {
    if (isWhole(field.value) || (field.value === "" && !field.validity.badInput)) tell(field.value);
    else setUnfinished(true);
  };
  return (
    <TextInput
      {...rest}
      type="date"
      min={min || FIRST_DAY}
      max={max || LAST_DAY}
      value={typed}
      error={unfinished ? "No whole day from 1970 on" : error}
      onChange={(event) => {
        const day = event.currentTarget.value;
        setTyped(day);
        if (isWhole(day)) tell(day);
      }}
      onBlur={leave}
      onKeyDown={(event) => event.key === "Enter" && leave(event)}
    />
  );
}
