import { existsSync, readFileSync } from 'node:fs';
import { digestOf } from '../shared/rollout/digest.ts';

/** A file that pages refer to, served as it is. */
export interface Asset {
  readonly type: string;
  readonly body: string;
  readonly etag: string;
}

export type Assets = Readonly<Record<string, Asset>>;

const types = { css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8', svg: 'image/svg+xml' } as const;

const asset = (type: keyof typeof types, url: URL): Asset => {
  const body = readFileSync(url, 'utf8');
  return { type: types[type], body, etag: `"${digestOf(body).slice(7, 23)}"` };
};

/** The packed command line has no packages beside it, and the library among the console's own files. */
const morphingIn = (folder: URL): URL => {
  const packed = new URL('idiomorph.esm.js', folder);
  return existsSync(packed) ? packed : new URL(import.meta.resolve('idiomorph/dist/idiomorph.esm.js'));
};

/** Reads the console's own files from `folder`, and the morphing library from its package. By the name under `/assets/`. */
export const readAssets = (folder = new URL('./assets/', import.meta.url)): Assets => ({
  'console.css': asset('css', new URL('console.css', folder)),
  'client.js': asset('js', new URL('client.js', folder)),
  'icon.svg': asset('svg', new URL('icon.svg', folder)),
  'idiomorph.js': asset('js', morphingIn(folder)),
});
