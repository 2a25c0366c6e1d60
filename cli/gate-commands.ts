import type { Command } from './command.ts';

/** What gates are made of, each alone: none of these asks an instance. */
export const gateCommands: readonly Command[] = [
  {
    name: 'probe',
    offline: true,
    args: '[address]',
    summary: 'probe a URL or host:port as a gate would, without an instance or a config',
    options: [
      ['--kind <kind>', 'dns, tcp, tls, http, grpc or ws (by the URL; tcp for host:port)'],
      ['--count <n>', 'attempts (1)'],
      ['--rate <n>', 'attempts a second (1)'],
      ['--timeout <seconds>', 'what an attempt may take (5)'],
      ['--ip <4|6>', 'connect to addresses of this family only'],
      ['--allow <cidr...>', 'private address ranges that may be connected to'],
    ],
    examples: [
      ['tidegate probe https://api.example.com/health --count 60 --rate 5', 'a line per attempt, and what they show'],
      ['tidegate probe db.internal:5432 --allow 10.0.0.0/8', 'an address that is private, on purpose'],
    ],
    load: () => import('./commands/probe.ts'),
  },
  {
    name: 'measure',
    offline: true,
    summary: 'ask a metric store once and judge the answer as a gate would',
    options: [
      [
        '--source <kind=url>',
        'the store: prometheus=URL, influxdb1=URL?db=NAME, influxdb2=URL?org=NAME, influxdb3=URL?db=NAME, cloudwatch=REGION, datadog=SITE, json=URL or scrape=URL',
      ],
      ['--query <query>', "that gives one value, in the store's language; json: a JSON pointer"],
      ['--errors <query>', 'that counts what failed'],
      ['--requests <query>', 'that counts everything'],
      ['--min-requests <n>', 'fewer requests are inconclusive; with --errors and --requests'],
      [
        '--errors-may-be-absent',
        'no series of errors counts as 0 where requests are there, though the store can not tell',
      ],
      ['--fail-above <x>', 'values above this fail'],
      ['--fail-below <x>', 'values below this fail'],
      ['--max-age <seconds>', 'how old the newest point may be (120; cloudwatch: 240 and the window)'],
      [
        '--window <seconds>',
        'cloudwatch, datadog: the time asked for (300); scrape: between the two readings of a rate (10)',
      ],
      ['--time <pointer>', 'json: where the document says when it was measured'],
      ['--tenant <name>', 'prometheus: whose data, at Mimir or Thanos'],
      ['--token-env <variable>', 'the environment variable that holds the token'],
      ['--token-file <file>', 'the file that holds the token'],
      ['--username <name>', 'send the token as the password of this user'],
      ['--app-key-env <variable>', 'datadog: the variable that holds the application key (DD_API_KEY and DD_APP_KEY)'],
      ['--app-key-file <file>', 'datadog: the file that holds the application key'],
      ['--ca-file <file>', "the authority of the store's certificate (PEM)"],
      ['--cert-file <file>', 'our own certificate (PEM)'],
      ['--key-file <file>', 'its key (PEM)'],
      ['--role <arn>', 'cloudwatch: the role to assume, from the identity of the environment (AWS_ACCESS_KEY_ID, …)'],
      ['--external-id <id>', 'cloudwatch: what that role asks for'],
      ['--endpoint <url>', 'cloudwatch: where it is, if not at its public address (AWS_ENDPOINT_URL)'],
      ['--allow <cidr...>', 'private address ranges that may be connected to'],
    ],
    examples: [
      [
        'tidegate measure --source prometheus=https://prometheus.example.com --query "min(up)" --fail-below 1',
        'one value',
      ],
      [
        `tidegate measure --source scrape=http://127.0.0.1:9100/metrics --query 'sum(rate(http_errors_total[10s]))' --fail-above 1 --allow 127.0.0.0/8`,
        'what a process exposes itself, in two readings',
      ],
    ],
    load: () => import('./commands/measure.ts'),
  },
  {
    name: 'presets',
    offline: true,
    args: '[name]',
    summary: 'list the gates that come ready for well-known software, or write them as Prometheus alerting rules',
    options: [
      ['--rules', 'as a file of alerting rules (YAML)'],
      ['--label <name=value...>', 'labels that the series must have'],
      ['--window <duration>', 'the time that counts and rates are of (5m)'],
    ],
    examples: [
      ['tidegate presets redis', 'what is watched of Redis'],
      ['tidegate presets redis --rules --label cluster=prod01 > redis.yml', 'the same limits as alerts'],
    ],
    load: () => import('./commands/presets.ts'),
  },
  {
    name: 'judge',
    offline: true,
    args: '<file>',
    summary: 'judge a recorded series by the rules of a gate: {gate, series: [{at, value | requests, errors}]}',
    examples: [['tidegate judge series.json --json', 'exit 0 pass, 3 fail, 7 inconclusive']],
    load: () => import('./commands/judge.ts'),
  },
];
