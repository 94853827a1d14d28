"""How the outside is told what happens: channels, and the courier that takes events there."""
