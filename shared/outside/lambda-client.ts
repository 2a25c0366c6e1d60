/** What is used of the client of Lambda; a module of its own, so that it can be loaded when it is first needed. */
export { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
