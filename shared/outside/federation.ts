/** How our AWS identity is known to the other two clouds: by a trust they hold, without any key. Fixed at deployment. */
export interface Federation {
  readonly google?: {
    /** `//iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER`. */
    readonly audience: string;
    /** E-mail of the service account to act as. Absent: the federated principal itself has the rights. */
    readonly serviceAccount?: string;
  };
  /** The Entra application that trusts us, for clusters that name no other. */
  readonly azure?: { readonly tenant: string; readonly client: string };
  /**
   * Who says to Entra who we are, in place of AWS, whichever application a cluster names: its name (`iss`), and the https address that hands
   * out its token. Without an address the token itself is in the secret `azure-assertion`, and whoever issues it renews it there. Without a
   * name nothing of it is believed: no cluster of AKS is opened.
   */
  readonly azureIssuer?: { readonly name?: string; readonly url?: string };
}
