// Given to a process by --import: prints, when it ends, the packages of which it has loaded anything.
import { registerHooks } from 'node:module';

const packages = new Set();
registerHooks({
  load: (url, context, next) => {
    const [, name] = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url) ?? [];
    if (name !== undefined) packages.add(name);
    return next(url, context);
  },
});
process.on('exit', () => process.stderr.write(`packages: ${[...packages].sort().join(' ')}\n`));
