// What is wrong with an operator's input beyond its shape, named by its path.

export type Violation = { readonly path: string; readonly message: string };
