/** The shapes of chat, as the server tells them. */
import type { Schemas } from "../../api/client";

export type Message = Schemas["Message"];
export type Source = Schemas["Source"];
export type Conversation = Schemas["ConversationOut"];
export type Exchange = Schemas["Exchange"];
export type Model = Schemas["ModelOut"];
