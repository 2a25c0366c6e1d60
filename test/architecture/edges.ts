import type { Source } from './sources.ts';

/** Packages and modules that reach out of the process: over the network, to the disk, to another process or thread. */
const PACKAGE =
  /^(node:(?:net|tls|https?|http2|dns|fs|fs\/promises|child_process|worker_threads|sqlite|os)|@aws-sdk\/client-\w+|@azure\/[\w-]+|@google-cloud\/\w+|google-auth-library|@kubernetes\/client-node)$/;

/** Globals that do. A method named `fetch`, called or declared, is none. */
const GLOBAL =
  /(?<![.\w])(?:process(?=\.)|console(?=\.)|performance(?=\.)|Date\.now|Math\.random|setTimeout|setInterval|setImmediate|fetch(?=\((?!\w+:)))|\bnew Date(?=\(\))/g;

/** What a source touches, each once: names of packages and globals. Types touch nothing. */
export const touches = ({ code, imports }: Source): readonly string[] => {
  const packages = imports.filter(({ from, isType }) => !isType && PACKAGE.test(from)).map(({ from }) => from);
  const declared = new Set(
    [...code.matchAll(/\b(?:import|const|let)\s+\{?\s*(fetch|process)\b/g)].map(([, name]) => name),
  );
  const named = new Set(imports.flatMap(({ names }) => names));
  const globals = [...code.matchAll(GLOBAL)]
    .map(([found]) => found)
    .filter((found) => !declared.has(found) && !named.has(found));
  return [...new Set([...packages, ...globals])].sort();
};

/** Deciders by their names: data in, data out. */
export const pureFiles = /\/(plan|assess|order|next|check|collect|find|compare)-[\w-]+\.ts$/;

/**
 * The files that touch the outside, and what of it. A new line here is a decision: is this the place where the product should reach out,
 * and does its name say so?
 */
export const edges: Readonly<Record<string, readonly string[]>> = {
  // What is outside, for each place.
  'functions/outside.ts': ['process'],
  'functions/tools/open-blobs.ts': ['@aws-sdk/client-s3'],
  'functions/tools/open-ledger.ts': ['@aws-sdk/client-dynamodb'],
  'functions/tools/open-secrets.ts': ['@aws-sdk/client-ssm'],
  'local/outside.ts': ['node:fs'],
  'functions/tools/audit.ts': ['@aws-sdk/client-kms', '@aws-sdk/client-s3'],
  'local/anchor-file.ts': ['node:fs'],
  'shared/audit/kms.ts': ['@aws-sdk/client-kms'],
  'shared/audit/s3.ts': ['@aws-sdk/client-s3'],
  'cli/audit-evidence.ts': ['node:fs'],

  // Time, egress, sockets.
  'shared/outside/clock.ts': ['Date.now', 'performance', 'setTimeout'],
  'shared/outside/dns.ts': ['node:dns', 'node:net'],
  'shared/outside/executions.ts': ['@aws-sdk/client-sfn'],
  'shared/outside/socket.ts': ['node:net', 'node:tls'],
  'shared/outside/lambda-client.ts': ['@aws-sdk/client-lambda'],
  'shared/outside/sfn-client.ts': ['@aws-sdk/client-sfn'],
  'shared/outside/socket-http.ts': ['node:http', 'node:net'],

  // Prints what it found.
  'bench/apply/measure.ts': ['node:child_process', 'process'],
  'bench/apply/run.ts': ['console', 'node:fs', 'process'],
  'bench/gates/run.ts': ['console'],

  // Speaks over a connection that the one egress client has opened.
  'shared/probe/grpc.ts': ['node:http2'],

  // The three seams.
  'shared/blobs/folder.ts': ['node:fs', 'process'],
  'shared/blobs/s3.ts': ['@aws-sdk/client-s3'],
  'shared/ledger/dynamodb.ts': ['@aws-sdk/client-dynamodb'],
  'shared/ledger/sqlite.ts': ['node:fs', 'node:sqlite'],
  'shared/ledger/upgrade-file.ts': ['node:fs'],
  'shared/secrets/file.ts': ['node:fs'],
  'shared/secrets/ssm.ts': ['@aws-sdk/client-ssm'],

  // The clouds' own packages, over our egress.
  'shared/clouds/aks.ts': ['@azure/arm-containerservice'],
  'shared/clouds/azure-http-client.ts': ['@azure/core-rest-pipeline'],
  'shared/clouds/eks.ts': ['@aws-sdk/client-eks'],
  'shared/clouds/entra.ts': ['@azure/identity'],
  'shared/clouds/gaxios.ts': ['google-auth-library'],
  'shared/clouds/gke.ts': ['@google-cloud/container'],
  'shared/clouds/google-auth.ts': ['google-auth-library'],
  'shared/clouds/sts.ts': ['@aws-sdk/client-sts'],

  // Looks at the rules and streams of its own stack.
  'shared/doctor/eventbridge.ts': ['@aws-sdk/client-eventbridge'],
  'shared/doctor/lambda-limits.ts': ['@aws-sdk/client-lambda'],
  'shared/doctor/lambda-streams.ts': ['@aws-sdk/client-lambda'],

  // A cloud's own metrics and alarms, over our egress.
  'shared/analysis/alerts/cloudwatch-alarms.ts': ['@aws-sdk/client-cloudwatch'],
  'shared/analysis/stores/cloudwatch.ts': ['@aws-sdk/client-cloudwatch'],

  // Definition files of flags in a bucket, over our egress.
  'shared/flags/flagd-s3.ts': ['@aws-sdk/client-s3'],

  // Jsonnet: its module from the disk, and the thread it can be killed in.
  'shared/render/jsonnet-thread.ts': ['node:worker_threads'],
  'shared/render/jsonnet-wasm.ts': ['node:fs'],
  'shared/render/jsonnet-worker.ts': ['node:worker_threads'],

  'console/asset-files.ts': ['node:fs'],

  // One machine: its files, its loopback, its lock.
  'local/cluster-ports.ts': ['node:fs', 'node:https'],
  'local/console-server.ts': ['node:fs', 'process'],
  'local/http-server.ts': ['node:http'],
  'local/instance.ts': ['node:fs', 'node:sqlite'],
  'local/lock.ts': ['node:fs', 'node:sqlite'],
  'local/log-file.ts': ['node:fs'],
  'local/loopback.ts': ['node:http'],
  'local/real-instance.ts': ['node:fs', 'process'],
  'local/secret-files.ts': ['node:fs'],
  'local/rehearsal/rehearse.ts': ['node:sqlite'],
  'local/rehearsal/virtual-instance.ts': ['node:fs'],
  'local/engine/alone/function-folder.ts': ['node:fs'],
  'local/engine/alone/function-host.ts': ['node:worker_threads'],
  'local/engine/alone/function-thread.ts': ['Date.now', 'node:worker_threads', 'process'],
  'local/engine/alone/process.ts': ['process', 'setImmediate'],
  'local/engine/alone/s3.ts': ['@aws-sdk/client-s3'],
  'local/engine/alone/serve.ts': ['process'],
  'local/engine/sqlite/open-file.ts': ['node:fs', 'node:sqlite'],
  'local/fleet/kubernetes/schema/builtin-files.ts': ['node:fs'],
  'local/fleet/kubernetes/schema/openapi-files.ts': ['node:fs', 'process'],
  'local/fleet/kubernetes/storage/sqlite.ts': ['node:sqlite'],

  // Virtual mode, which takes the outside away from the packages.
  'local/virtual/crypto.ts': ['process'],
  'local/virtual/event-loop.ts': ['process', 'setImmediate'],
  'local/virtual/process.ts': [
    'node:child_process',
    'node:dns',
    'node:http',
    'node:http2',
    'node:https',
    'node:net',
    'node:tls',
    'node:worker_threads',
  ],
  'local/virtual/virtual-time.ts': ['setTimeout'],

  // The command line: the terminal, the folders and the git of whoever calls it.
  'cli/commands/judge.ts': ['node:fs'],
  'cli/commands/init.ts': ['node:fs', 'node:os'],
  'cli/commands/rehearse.ts': ['node:fs'],
  'cli/config-folder.ts': ['node:fs'],
  'cli/connection.ts': ['node:fs'],
  'cli/demo.ts': ['node:fs'],
  'cli/fetch.ts': ['fetch'],
  'cli/sessions.ts': ['node:fs'],
  'cli/git.ts': ['node:child_process', 'node:fs'],
  'cli/halt-ledger.ts': ['node:fs'],
  'cli/kubeconfig.ts': ['node:fs'],
  'cli/main.ts': ['process'],
  'cli/measure-secrets.ts': ['node:fs'],
  'cli/object-files.ts': ['node:fs'],
  'cli/open-instance.ts': ['node:fs'],
  'cli/rehearsal-process.ts': ['node:fs', 'process'],
  'cli/rehearsal-runs.ts': ['node:child_process', 'node:fs', 'node:os', 'process'],
  'cli/rehearsal-scenarios.ts': ['node:fs'],
  'cli/start.ts': ['node:fs'],
  'cli/terminal.ts': ['process'],
};
