/** The package ships no types (4.0.0). */
declare module 'asl-validator' {
  const validate: (definition: unknown) => { readonly isValid: boolean; readonly errorsText: () => string };
  export default validate;
}
