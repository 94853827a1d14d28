"""People and how they prove who they are: passwords, tokens of ours and of an outside issuer, invitations."""
