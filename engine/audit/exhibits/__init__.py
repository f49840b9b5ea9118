"""What leaves a log and proves itself: receipts, evidence, samples, and manifests of files."""
