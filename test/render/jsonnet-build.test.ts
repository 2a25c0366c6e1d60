import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { jsonnetWasm } from '../../shared/render/jsonnet-wasm.ts';
import { digestOf } from '../../shared/rollout/digest.ts';

const crate = new URL('./', jsonnetWasm).pathname;

/** Outside the checkout, as the control plane: what the crate stands on takes a minute to compile and is the same in the next clone. */
const target = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'tidegate/jsonnet');

/** What keeps the crate from being built here: no Rust, or not the compiler and target of rust-toolchain.toml. */
const missing = ((): string | undefined => {
  const env = { ...process.env, RUSTUP_AUTO_INSTALL: '0' };
  const asked = spawnSync('rustc', ['--print', 'sysroot'], { cwd: crate, env, encoding: 'utf8' });
  if (asked.status !== 0) return 'the Rust compiler that rust-toolchain.toml names is not installed';
  const std = join(asked.stdout.trim(), 'lib/rustlib/wasm32-unknown-unknown');
  return existsSync(std) ? undefined : 'its target wasm32-unknown-unknown is not installed';
})();

it.skipIf(missing !== undefined)(
  `the committed module is what its source builds to${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  { timeout: 300_000 },
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'jsonnet-'));
    try {
      const built = join(folder, 'jsonnet.wasm');
      const env = { ...process.env, CARGO_TARGET_DIR: target };
      const { status, stderr } = spawnSync('bash', [join(crate, 'build.sh'), built], { encoding: 'utf8', env });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(digestOf(readFileSync(built))).toBe(digestOf(readFileSync(jsonnetWasm)));
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

it('the module imports nothing and is bounded to 256 MiB', () => {
  const module = new WebAssembly.Module(readFileSync(jsonnetWasm));
  expect(WebAssembly.Module.imports(module)).toEqual([]);
  const { memory } = new WebAssembly.Instance(module).exports;
  if (!(memory instanceof WebAssembly.Memory)) throw new TypeError('jsonnet.wasm exports no memory');
  const pages = 268_435_456 / 65_536 - memory.buffer.byteLength / 65_536;
  memory.grow(pages);
  expect(() => memory.grow(1)).toThrow(RangeError);
});
