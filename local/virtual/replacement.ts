/** Puts everything that was replaced back as it was. Calling it twice is safe. */
export type Undo = () => void;

/** Replaces a property of an object that the whole process shares. */
export const replaceProperty = (object: object, property: string, value: unknown): Undo => {
  const before = Object.getOwnPropertyDescriptor(object, property);
  Object.defineProperty(object, property, {
    value,
    configurable: true,
    writable: true,
    enumerable: before?.enumerable ?? true,
  });
  let undone = false;
  return () => {
    if (undone) return;
    undone = true;
    if (before) Object.defineProperty(object, property, before);
    else Reflect.deleteProperty(object, property);
  };
};

/** Undoes in the opposite order. */
export const undoAll =
  (undos: readonly Undo[]): Undo =>
  () => {
    for (const undo of undos.toReversed()) undo();
  };
