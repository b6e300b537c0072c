/** Who is signed in, for everything inside the shell. */
import { createContext, useContext } from "react";
import { type Me, may, type Role } from "./session";

export const MeContext = createContext<Me | null>(null);

/** Whether the person signed in may do what needs `role`. */
export const useMay = (role: Role): boolean => may(useContext(MeContext), role);
