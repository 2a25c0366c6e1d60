import { Unreachable, type UnreachableCode } from '../outside/http.ts';
import { type AksLocator, factsOf, type Provider, type Target } from '../rollout/target.ts';
import { brief, type Found } from './check.ts';

/** What is known of a target on the way to it. */
export interface WayFacts {
  readonly target: Target;
  /** `host:port` of its API server, once that is known. */
  readonly at?: string;
  /** Whether it is at an address that only a private network leads to. */
  readonly isPrivate?: boolean;
}

/**
 * What an error on the way to a target means and what to do about it; `undefined` for one that is not known. The hops in their order, each of
 * which needs those before it: endpoint, name, allow-list, connection, tls, token, identity, version. Pure.
 */
export const explainHop = (hop: string, error: unknown, facts: WayFacts): Found | undefined => {
  if (!(error instanceof Error)) return undefined;
  const found = brief(error.message);
  if (error instanceof Unreachable) return unreachable(error.code, found, facts);
  switch (error.name) {
    case 'ClusterUnresolved':
      return { status: 'failed', found, next: `mend the entry of target ${facts.target.name} in the config` };
    case 'AccessRefused':
      return { status: 'failed', found, next: refused(hop, facts.target) };
    case 'Throttled':
      return { status: 'unknown', found, next: 'run it again in a minute' };
    case 'ClusterUnreachable':
      return { status: 'failed', found, next: noAnswer(hop, facts) };
    case 'SecretMissing':
    case 'SecretRefused':
      return { status: 'failed', found };
    default:
      return undefined;
  }
};

/** Where the trust of each provider is described. */
const trust: Readonly<Record<Provider, string>> = {
  eks: 'docs/deploy.md, section 2',
  gke: 'docs/deploy.md, section 3',
  aks: 'docs/deploy.md, section 4',
  kubeconfig: 'the kubeconfig',
};

/** Of an identity that is refused: by the provider while the cluster is looked up or a token is made, or by the cluster itself. */
const refused = (hop: string, target: Target): string => {
  const { locator } = target;
  const isCluster = hop === 'identity' || hop === 'version';
  if ('eks' in locator) {
    const { role, externalId, cluster } = locator.eks;
    if (isCluster) {
      const principal = role ?? 'the role of each function that opens clusters';
      return `aws eks create-access-entry --cluster-name ${cluster} --principal-arn ${role === undefined ? 'ROLE' : role}: the cluster has to know ${principal} (${trust.eks})`;
    }
    if (role === undefined) return `allow the role of this function eks:DescribeCluster on ${cluster} (${trust.eks})`;
    const id = externalId === undefined ? 'and asks for no external id' : 'with the external id of the config';
    return `see that ${role} trusts the role of this function ${id}, and may eks:DescribeCluster on ${cluster} (${trust.eks})`;
  }
  if ('gke' in locator) {
    return isCluster
      ? `let the cluster take Google identities of project ${locator.gke.project} (${trust.gke})`
      : `see that the workload identity pool takes the role of this function, and that what it becomes may container.clusters.get (${trust.gke})`;
  }
  if ('aks' in locator) {
    return isCluster
      ? `see that cluster ${locator.aks.cluster} signs in by Entra ID, with local accounts off (${trust.aks})`
      : `see that the application has a federated credential whose subject is the role of this function (or what an issuer of your own calls it), and the role "Azure Kubernetes Service Cluster User" (${trust.aks})`;
  }
  return 'renew the credential in the kubeconfig; it has expired or is of another cluster';
};

const noAnswer = (hop: string, facts: WayFacts): string => {
  if (hop === 'endpoint' || hop === 'token') {
    return `see that what this runs in reaches the APIs of ${cloudOf[factsOf(facts.target).provider]}: in a VPC that takes a NAT gateway or endpoints (docs/private-clusters.md)`;
  }
  return `the connection is there and the API server does not answer over it: look at the cluster itself`;
};

const cloudOf: Readonly<Record<Provider, string>> = {
  eks: 'AWS',
  gke: 'AWS (STS) and Google',
  aks: 'AWS (STS) and Azure',
  kubeconfig: 'the cluster',
};

const unreachable = (code: UnreachableCode, found: string, facts: WayFacts): Found => {
  const unknown = ['resolver_failed', 'own_fault', 'no_ipv6'].includes(code);
  return { status: unknown ? 'unknown' : 'failed', found, next: wayTo(code, facts) };
};

const wayTo = (code: UnreachableCode, { target, at = 'the API server', isPrivate = false }: WayFacts): string => {
  switch (code) {
    case 'dns_failed':
      return `no name server here knows ${at}: ${'aks' in target.locator ? publicName(target.locator.aks) : 'link its private DNS zone to the network this runs in'}, or mend the name (docs/private-clusters.md)`;
    case 'address_refused':
      return `if it is meant to be private, name its range: targets."${target.name}".allow in the config`;
    case 'connect_refused':
      return `something at ${at} answers and refuses: see that the API server listens on that port`;
    case 'connect_timeout':
    case 'aborted':
      return isPrivate ? privateWay(target) : publicWay(target);
    case 'tls_expired':
      return 'renew the certificate of the API server';
    case 'tls_name':
      return `${at} shows a certificate of another name: it is not the cluster of the config, or something stands between`;
    case 'tls_failed':
      return `${at} shows a certificate that the cluster's own authority did not sign: something stands between, or the authority was renewed`;
    case 'connection_lost':
      return `${at} took the connection and hung up: a proxy or firewall stands between`;
    case 'resolver_failed':
      return 'the name server of this machine does not answer; mend that first';
    case 'no_ipv6':
      return 'there is no way out over IPv6 here';
    case 'own_fault':
      return 'this machine ran out of sockets or forbids the connection';
  }
};

/** A cluster with private link whose name in public DNS was switched off is known to its private zone alone. */
const publicName = ({ resourceGroup, cluster }: AksLocator): string =>
  `az aks update --resource-group ${resourceGroup} --name ${cluster} --enable-public-fqdn gives it a name in public DNS that leads to its private address; else forward its private zone (privatelink.REGION.azmk8s.io) from the resolver of the network this runs in`;

/** Who runs inside a private network reaches what is in it; who does not, never will. */
const privateWay = (target: Target): string => {
  const ways: Readonly<Record<Provider, string>> = {
    eks: 'run the functions in a VPC that is peered with that of the cluster, and let them in by its security group',
    gke: 'let the cluster have its DNS endpoint with external traffic, or register it to a fleet and name its membership',
    aks: 'run the functions in a VPC with a VPN to the network of its private endpoint, and let them in there on 443',
    kubeconfig: 'run the instance where its network is',
  };
  return `no way leads there from here: ${ways[factsOf(target).provider]} (docs/private-clusters.md)`;
};

const publicWay = (target: Target): string => {
  const lists: Readonly<Record<Provider, string>> = {
    eks: "the cluster's public access CIDRs",
    gke: "the cluster's authorised networks",
    aks: "the cluster's authorised IP ranges",
    kubeconfig: 'its firewall',
  };
  return `a firewall stands between: let the address this comes from into ${lists[factsOf(target).provider]} (docs/private-clusters.md)`;
};
