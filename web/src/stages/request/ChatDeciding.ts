/** Which task is being decided on in the conversation; "" for none. One at a time, and a page has one filled button. */
import { createContext, useContext } from "react";

export const DecidingContext = createContext<[string, (task: string) => void]>(["", () => undefined]);

export const useDeciding = () => useContext(DecidingContext);
