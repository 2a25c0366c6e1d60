import type { EksLocator } from '../../../shared/rollout/target.ts';
import { type Api, Refusal, SIMULATED_CA, type SimulatedCluster, type Simulation } from './api.ts';
import { callerOf } from './aws-caller.ts';
import { parseSigned } from './sigv4.ts';

/** How the REST-JSON services of AWS word a refusal. */
const refuse = ({ status, code, message }: Refusal): Response =>
  Response.json({ message }, { status, headers: { 'x-amzn-errortype': code } });

const describe = (eks: EksLocator, { server, ca = SIMULATED_CA, status = 'ACTIVE' }: SimulatedCluster): object => ({
  name: eks.cluster,
  arn: `arn:aws:eks:${eks.region}:${eks.account}:cluster/${eks.cluster}`,
  version: '1.35',
  endpoint: server,
  status,
  certificateAuthority: { data: Buffer.from(ca).toString('base64') },
  accessConfig: { authenticationMode: 'API' },
  tags: {},
});

/** EKS in one region: DescribeCluster, `GET /clusters/NAME` (REST JSON, signed). */
export const eksApi = (region: string, { clock, clusters }: Simulation): Api => ({
  host: `eks.${region}.amazonaws.com`,
  service: 'eks',
  throttled: new Refusal(429, 'ThrottlingException', 'Rate exceeded'),
  unavailable: new Refusal(503, 'ServiceUnavailableException', 'Service is unavailable'),
  refuse,
  answer: async (request) => {
    const url = new URL(request.url);
    const header = (name: string) => request.headers.get(name) ?? undefined;
    const signed = parseSigned({ method: request.method, url, header, body: await request.text() });
    const { account } = callerOf(signed, 'eks', region, clock);
    const name = /^\/clusters\/([^/]+)$/.exec(url.pathname)?.[1];
    if (request.method !== 'GET' || !name) throw new Refusal(404, 'UnknownOperationException', 'Unknown operation');
    // An account sees its own clusters only; the name alone says nothing.
    for (const cluster of clusters) {
      const eks = 'eks' in cluster.locator ? cluster.locator.eks : undefined;
      if (eks?.region === region && eks.account === account && eks.cluster === decodeURIComponent(name)) {
        return Response.json({ cluster: describe(eks, cluster) });
      }
    }
    throw new Refusal(404, 'ResourceNotFoundException', `No cluster found for name: ${decodeURIComponent(name)}.`);
  },
});
