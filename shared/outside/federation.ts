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
}
