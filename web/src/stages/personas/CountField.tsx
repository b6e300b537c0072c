/** How many follow: a whole number. */
import { NumberInput } from "@mantine/core";

type Props = {
  value: string | number;
  set: (value: string | number) => void;
  error?: React.ReactNode;
  description?: string;
};

export function CountField({ value, set, error, description }: Props) {
  return (
    <NumberInput
      label="Followers"
      description={description}
      value={value}
      onChange={set}
      min={0}
      allowDecimal={false}
      thousandSeparator=","
      hideControls
      required
      error={error}
    />
  );
}
