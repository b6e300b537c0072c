/** Every question the page asks the server, once. The first part of a key is what live.ts invalidates. */
export * from "./business";
export * from "./chat";
export * from "./commands";
export * from "./house";
export * from "./imports";
export * from "./learning";
export * from "./models";
export * from "./personas";
export * from "./publishing";
export * from "./tasks";
export * from "./training";
