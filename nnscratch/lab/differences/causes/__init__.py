"""The known causes, by what they concern; `nnscratch.lab.differences.cause` collects them."""
