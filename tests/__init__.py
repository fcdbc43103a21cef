"""The tests: judgements, properties and real files through the real parts."""
