import { archives, importBundle } from './bundles.ts';
import { packageService } from './serverless.ts';

// `npm run package`: the service as it would be deployed, and every bundle of it imported. Exits 1 when one can not be.
packageService();
const failures: string[] = [];
for (const archive of archives()) {
  const { name, archiveBytes, importMs, failed } = await importBundle(archive);
  const size = `${Math.round(archiveBytes / 1024)} kB`;
  console.log(`${name.padEnd(20)}${size.padStart(8)}  ${failed ?? `imported in ${importMs} ms`}`);
  if (failed !== undefined) failures.push(name);
}
if (failures.length > 0) {
  console.error(`${failures.length} bundles can not be imported: ${failures.join(', ')}`);
  process.exitCode = 1;
}
