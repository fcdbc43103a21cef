"""What a first run starts from: an invented directory in a publisher's own format. README.md says where each file is from."""
