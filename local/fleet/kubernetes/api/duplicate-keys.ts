/**
 * Paths of members that a JSON text gives twice in one object, in the order they stand, as strict decoding names them. The text must
 * parse; what is read here is only its structure.
 */
export const duplicateKeys = (text: string): readonly string[] => {
  const found: string[] = [];
  let position = 0;

  const skipSpace = () => {
    while (position < text.length && text.charCodeAt(position) <= 32) position += 1;
  };
  const readString = (): string => {
    const start = position;
    position += 1;
    while (position < text.length && text[position] !== '"') position += text[position] === '\\' ? 2 : 1;
    position += 1;
    return JSON.parse(text.slice(start, position));
  };
  const readObject = (path: string) => {
    const seen = new Set<string>();
    position += 1;
    for (skipSpace(); position < text.length && text[position] !== '}'; skipSpace()) {
      if (text[position] === ',') {
        position += 1;
        continue;
      }
      const name = readString();
      const below = path === '' ? name : `${path}.${name}`;
      if (seen.has(name)) found.push(below);
      seen.add(name);
      skipSpace();
      position += 1;
      readValue(below);
    }
    position += 1;
  };
  const readList = (path: string) => {
    let index = 0;
    position += 1;
    for (skipSpace(); position < text.length && text[position] !== ']'; skipSpace()) {
      if (text[position] === ',') {
        position += 1;
        index += 1;
        continue;
      }
      readValue(`${path}[${index}]`);
    }
    position += 1;
  };
  const readValue = (path: string) => {
    skipSpace();
    if (text[position] === '{') readObject(path);
    else if (text[position] === '[') readList(path);
    else if (text[position] === '"') readString();
    else while (position < text.length && !',]}'.includes(text.charAt(position))) position += 1;
  };

  readValue('');
  return found;
};
