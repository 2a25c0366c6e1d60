#!/usr/bin/env bash
# Installs DynamoDB Local, AWS's own stand-in for DynamoDB, for the contract test of the ledger, into a cache outside the checkout;
# prints the folder of its archives. Needs Java 17 and Maven. A second run does nothing.
set -euo pipefail
folder="${XDG_CACHE_HOME:-$HOME/.cache}/tidegate/dynamodb-local-2.6.1"
if [ ! -e "$folder/DynamoDBLocal-2.6.1.jar" ]; then
  partial="$(mktemp -d)"
  trap 'rm -rf "$partial"' EXIT
  cat >"$partial/pom.xml" <<'POM'
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>tidegate</groupId>
  <artifactId>dynamodb-local</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>com.amazonaws</groupId>
      <artifactId>DynamoDBLocal</artifactId>
      <version>2.6.1</version>
    </dependency>
  </dependencies>
</project>
POM
  mvn --quiet --batch-mode --file "$partial/pom.xml" dependency:copy-dependencies \
    -DincludeScope=runtime "-DoutputDirectory=$partial/archives" >&2
  mkdir -p "$(dirname "$folder")"
  rm -rf "$folder"
  mv "$partial/archives" "$folder"
fi
echo "$folder"
