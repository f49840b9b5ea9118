"""What decides, and who let it: versions of policies, policy sets, waivers, standing facts."""
