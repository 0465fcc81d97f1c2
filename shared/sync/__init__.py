"""The contract between the two ends: what goes over the wire, and how a desktop shows what it has not sent yet."""
