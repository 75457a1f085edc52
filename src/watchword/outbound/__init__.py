"""What leaves the house: SMS, mail, push, and what is looked up about an address."""
