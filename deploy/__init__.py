"""Servers that a catalog can live on: a Neo4j of one's own as plain jars (`neo4j/`), or in Docker (`compose.yaml`)."""
