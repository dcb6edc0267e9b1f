"""Falls, the guard, the start gate and the alert's escalation: samples in, decisions out."""
