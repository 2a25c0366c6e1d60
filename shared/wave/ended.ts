/** What ended the exit gates of a wave; `back` on its way back. */
export interface Ended {
  readonly status: string;
  readonly because: string;
}
