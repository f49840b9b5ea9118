"""Floor 3: what the typed core says, in plain English.

The handbook and the editor read the same sentences here. Decisions have wording of their own
(`engine.evaluation`), because they speak of one campaign.
"""
