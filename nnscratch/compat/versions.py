"""The versions whose behaviour and numbers nnscratch gives; scripts ask for them."""

keras = "3.15.1"
tensorflow = "2.21.0"
